terraform {
  required_providers {
    stellaops = { source = "stellaops/stellaops" }
  }
}

data "stellaops_oci_credentials_check" "registry" {
  registry_url = "registry.gitlab.com" # its login is in DOCKER_AUTH_CONFIG

  access = [{ repository = "org/app", actions = ["pull"] }]
}

resource "terraform_data" "release" { # whatever uses the login
  lifecycle {
    precondition {
      condition     = data.stellaops_oci_credentials_check.registry.passed
      error_message = data.stellaops_oci_credentials_check.registry.message
    }
  }
}
