import yaml


def test_a_valid_file_is_called_valid(run, tmp_path):
    file = tmp_path / "steadyhand.yaml"
    file.write_text("prometheus:\n  url: http://127.0.0.1:9090\n")
    result = run("config", "check", str(file))
    assert result.exit_code == 0
    assert result.stdout.startswith(f"{file}: valid\n")
    assert "approvers: none configured: everybody who reaches the API" in result.stdout


def test_an_unknown_key_is_an_error_that_names_file_and_key(run, tmp_path):
    file = tmp_path / "steadyhand.yaml"
    file.write_text("prometheus:\n  uri: http://127.0.0.1:9090\n")
    result = run("config", "check", str(file))
    assert result.exit_code == 2
    assert "steadyhand.yaml" in result.stderr
    assert "uri" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_missing_file_is_an_error_that_names_it(run, tmp_path):
    result = run("config", "check", str(tmp_path / "absent.yaml"))
    assert result.exit_code == 2
    assert "absent.yaml" in result.stderr


def test_show_prints_the_effective_values_with_secrets_masked(run, tmp_path):
    file = tmp_path / "steadyhand.yaml"
    file.write_text("prometheus:\n  url: http://127.0.0.1:9090\n  bearer_token: pl4nted-s3cret-value\n")
    result = run("config", "show", str(file))
    assert result.exit_code == 0
    assert yaml.safe_load(result.stdout)["prometheus"]["url"] == "http://127.0.0.1:9090"
    assert "pl4nted" not in result.stdout
