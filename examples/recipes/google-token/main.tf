terraform {
  required_providers {
    google    = { source = "hashicorp/google" }
    stellaops = { source = "stellaops/stellaops" }
  }
}

data "google_client_config" "current" {}

data "stellaops_oci_credentials_check" "registry" {
  registry_url = "europe-docker.pkg.dev"
  username     = "oauth2accesstoken"
  password     = data.google_client_config.current.access_token
}

resource "terraform_data" "release" { # whatever uses the login
  lifecycle {
    precondition {
      condition     = data.stellaops_oci_credentials_check.registry.passed
      error_message = data.stellaops_oci_credentials_check.registry.message
    }
  }
}
