# Run with "terraform test" (from 1.7) or "tofu test"; nothing is sent.

variables {
  hosts = ["one.example.com", "two.example.com"]
  logins = {
    "one.example.com" = { username = "ci", password = "first-password" }
    "two.example.com" = { username = "ci", password = "second-password" }
  }
}

run "accepted_logins_are_handed_on" {
  command = plan

  override_data {
    target = data.stellaops_oci_credentials_check.all
    values = {
      passed = true
      reason = "accepted"
    }
  }

  assert {
    condition     = output.verdicts["two.example.com"] == "accepted"
    error_message = "A verdict is missing."
  }
}

run "refused_logins_are_not" {
  command = plan

  override_data {
    target = data.stellaops_oci_credentials_check.all
    values = {
      passed  = false
      reason  = "invalid_credentials"
      message = "The login was refused."
    }
  }

  expect_failures = [output.logins]
}

run "an_image_is_asked_for" {
  command = plan

  variables {
    pulls = { "two.example.com" = { repository = "team/app", reference = "1.2.3" } }
  }

  override_data {
    target = data.stellaops_oci_credentials_check.all
    values = {
      passed = true
      reason = "accepted"
    }
  }

  assert {
    condition     = one(data.stellaops_oci_credentials_check.all["two.example.com"].access[*].reference) == "1.2.3"
    error_message = "The image is not asked for."
  }

  assert {
    condition     = data.stellaops_oci_credentials_check.all["one.example.com"].access == null && keys(output.digests) == ["two.example.com"]
    error_message = "An image of another registry is asked for."
  }
}
