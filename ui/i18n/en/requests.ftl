# Contact requests.

requests = Requests
find-request = Find a request
no-requests = No requests
no-requests-next = Contact requests appear here.
they-ask = Waiting for your answer
i-asked = Asked by you
request-count = { $n ->
    [one] { $n } request
   *[other] { $n } requests
}
verb-requests = Go to requests
ask-first = Before you write to each other, { $name } has to agree.
ask-note = A short note with your request
ask-to-write = Ask to write
asked-already = You asked { $name }: { $when }. There is no answer yet.
ask-again-from = You can ask again from: { $when }.
asks-to-write = { $name } asks to write to you
