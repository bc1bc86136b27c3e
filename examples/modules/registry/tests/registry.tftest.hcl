# Run with "terraform test" (from 1.7) or "tofu test"; nothing is sent.

variables {
  url      = "registry.example.com"
  username = "stellaops-svc"
  password = "first-password"
}

run "an_accepted_login_is_handed_on" {
  command = plan

  override_data {
    target = data.stellaops_oci_credentials_check.registry
    values = {
      passed   = true
      rejected = false
      message  = "registry.example.com accepted the login."
    }
  }

  assert {
    condition     = nonsensitive(output.login.password) == "first-password"
    error_message = "The login is not handed on."
  }
}

run "a_refused_login_is_not" {
  command = plan

  override_data {
    target = data.stellaops_oci_credentials_check.registry
    values = {
      passed   = false
      rejected = true
      message  = "registry.example.com refused the login."
    }
  }

  expect_failures = [output.login]
}

run "an_outage_stops_too" {
  command = plan

  override_data {
    target = data.stellaops_oci_credentials_check.registry
    values = {
      passed   = false
      rejected = false
      message  = "registry.example.com could not be asked."
    }
  }

  expect_failures = [output.login]
}

run "an_outage_may_be_accepted" {
  command = plan

  variables {
    accept_outage = true
  }

  override_data {
    target = data.stellaops_oci_credentials_check.registry
    values = {
      passed   = false
      rejected = false
      message  = "registry.example.com could not be asked."
    }
  }
}
