"""What the accessibility tree says."""


def said(node):
    try:
        return plain(f"{node.name or ''} {node.queryText().getText(0, -1)}")
    except NotImplementedError:
        return plain(node.name)


def plain(text):
    """Without the marks that keep writing directions apart."""
    return (text or "").replace("\u2068", "").replace("\u2069", "")
