terraform {
  required_providers {
    stellaops = { source = "stellaops/stellaops" }
  }
}

variable "registry_password" {
  type      = string
  sensitive = true
}

data "stellaops_oci_credentials_check" "registry" {
  registry_url = "europe-docker.pkg.dev"
  username     = "_json_key"
  password     = var.registry_password
}

resource "terraform_data" "release" { # whatever uses the login
  lifecycle {
    precondition {
      condition     = data.stellaops_oci_credentials_check.registry.passed
      error_message = data.stellaops_oci_credentials_check.registry.message
    }
  }
}
