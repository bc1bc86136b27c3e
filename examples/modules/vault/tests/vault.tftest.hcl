# Run with "terraform test" (from 1.7) or "tofu test"; nothing is sent.

variables {
  url = "registry.example.com"
}

run "a_secret_without_the_password_stops" {
  # No override: a user name without a password is never sent.
  command = plan

  variables {
    secret = { username = "stellaops-svc", passwort = "under-another-key" }
  }

  expect_failures = [output.login]
}

run "an_empty_secret_stops_at_an_open_registry" {
  command = plan

  variables {
    secret = {}
  }

  override_data {
    target = data.stellaops_oci_credentials_check.registry
    values = {
      passed        = true
      status        = "pass"
      auth_method   = "anonymous"
      message       = "registry.example.com lets anybody in."
      likely_causes = []
    }
  }

  expect_failures = [output.login]
}

run "skipped_checks_stop_nothing" {
  command = plan

  variables {
    secret = {}
  }

  override_data {
    target = data.stellaops_oci_credentials_check.registry
    values = {
      passed        = true
      status        = "skip"
      message       = "The checks are switched off."
      likely_causes = []
    }
  }
}

run "an_accepted_secret_is_handed_on" {
  command = plan

  variables {
    secret = { username = "stellaops-svc", password = "first-password" }
  }

  override_data {
    target = data.stellaops_oci_credentials_check.registry
    values = {
      passed        = true
      status        = "pass"
      auth_method   = "basic"
      message       = "registry.example.com accepted the credentials."
      likely_causes = []
    }
  }

  assert {
    condition     = nonsensitive(output.login["password"]) == "first-password"
    error_message = "The login is not handed on."
  }
}
