# Run with "terraform test" (from 1.7) or "tofu test". override_data answers in
# place of the provider, so nothing is sent.

run "good_credentials_pass" {
  command = plan

  override_data {
    target = data.stellaops_oci_credentials_check.registry
    values = {
      passed   = true
      rejected = false
      message  = "registry.example.com accepted the credentials."
    }
  }
}

run "an_outage_passes" {
  command = plan

  override_data {
    target = data.stellaops_oci_credentials_check.registry
    values = {
      passed   = false
      rejected = false
      message  = "registry.example.com could not be asked."
    }
  }
}

run "refused_credentials_stop_the_release" {
  command = plan

  override_data {
    target = data.stellaops_oci_credentials_check.registry
    values = {
      passed   = false
      rejected = true
      message  = "registry.example.com refused the credentials."
    }
  }

  expect_failures = [terraform_data.release]
}
