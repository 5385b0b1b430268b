use super::*;

fn load(text: &str, overrides: &[&str]) -> Result<Config, ConfigError> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("login-server.toml");
    std::fs::write(&path, text).unwrap();
    let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
    Config::load(&path, &overrides)
}

#[test]
fn the_template_is_read_back() {
    let listen: Vec<Multiaddr> = vec!["/ip4/127.0.0.1/tcp/0".parse().unwrap()];
    let text = first("Acme \"Ltd\"", &listen, Path::new("/tmp/x y"));
    let config = load(&text, &[]).unwrap();
    assert_eq!(config.server.organisation, "Acme \"Ltd\"");
    assert_eq!(config.server.listen, listen);
    assert_eq!(config.server.data_dir, Path::new("/tmp/x y"));
    assert_eq!(config.limits.connections, Limits::default().connections);
    assert_eq!(config.limits.handshake_timeout, Duration::from_secs(10));
    assert_eq!(config.disk.dropbox_total, 8 << 30);
}

#[test]
fn a_size_is_read_in_binary_units_and_nothing_else() {
    let with = |value: &str| load("version = 1\n", &[&format!("disk.dropbox_total={value}")]);
    assert_eq!(with("512MiB").unwrap().disk.dropbox_total, 512 << 20);
    assert_eq!(with("0").unwrap().disk.dropbox_total, 0);
    for wrong in ["8GB", "-1", "lots", "true"] {
        assert!(matches!(with(wrong), Err(ConfigError::Value(_))), "{wrong}");
    }
}

#[test]
fn the_generated_file_has_every_key_with_its_description_and_default() {
    let text = template();
    for setting in Config::default_settings() {
        let shown = match &setting.value {
            Some(value) => format!("\n{} = {value}\n", setting.key),
            None => format!("\n# {} = …\n", setting.key),
        };
        assert!(text.contains(&shown), "{}", setting.key);
        assert!(setting.docs.iter().all(|line| text.contains(line)), "{}", setting.key);
    }
    let back = load(&text, &[]).unwrap();
    for (read, default) in back.settings().iter().zip(Config::default_settings()) {
        assert_eq!(read.value, default.value, "{}", read.key);
    }
}

#[test]
fn backup_and_metrics_values_are_checked() {
    for wrong in ["backup.at=25:00", "backup.keep=0", "metrics.listen=0.0.0.0:9090", "metrics.listen=nowhere"]
    {
        assert!(load("version = 1\n", &[wrong]).is_err(), "{wrong}");
    }
    let config = load("version = 1\n", &["metrics.listen=127.0.0.1:9090", "backup.at=23:30"]).unwrap();
    assert!(config.metrics_address().is_some());
}

#[test]
fn an_unknown_key_is_refused_with_the_nearest() {
    let error = load("version = 1\n[server]\nlistne = []\n", &[]).unwrap_err().to_string();
    assert!(error.contains("did you mean 'server.listen'"), "{error}");
    let error = load("version = 1\n", &["limits.conections=3"]).unwrap_err().to_string();
    assert!(error.contains("did you mean 'limits.connections'"), "{error}");
}

#[test]
fn overrides_win_and_take_bare_text() {
    let config =
        load("version = 1\n[limits]\nconnections = 3\n", &["limits.connections=9", "server.data_dir=/srv/x"])
            .unwrap();
    assert_eq!(config.limits.connections, 9);
    assert_eq!(config.server.data_dir, Path::new("/srv/x"));
}

#[test]
fn another_version_no_address_and_a_zero_limit_are_refused() {
    assert!(load("version = 2\n", &[]).is_err());
    assert!(load("", &[]).is_err());
    assert!(load("version = 1\n[server]\nlisten = []\n", &[]).is_err());
    assert!(load("version = 1\n[limits]\npending = 0\n", &[]).is_err());
    assert!(load("version = 1\n[limits]\nhandshake_timeout = \"soon\"\n", &[]).is_err());
}

#[test]
fn rates_and_lives_of_circuits_are_bounded() {
    let config =
        load("version = 1\n[relay]\nper_user_rate = \"512KiB/s\"\nmax_duration = \"1h\"\n", &[]).unwrap();
    assert_eq!((config.relay.per_user_rate, config.relay.max_duration.as_secs()), (512 << 10, 3_600));
    assert_eq!(load("version = 1\n", &[]).unwrap().relay.per_user_rate, 4 << 20);
    for bad in ["0MiB/s", "1B/s", "4MiB", "4 parsecs/s", "", "99999999999GiB/s", "-1MiB/s"] {
        assert!(load(&format!("version = 1\n[relay]\nper_user_rate = \"{bad}\"\n"), &[]).is_err(), "{bad}");
    }
    for bad in ["1s", "40days"] {
        assert!(load(&format!("version = 1\n[relay]\nmax_duration = \"{bad}\"\n"), &[]).is_err(), "{bad}");
    }
}
