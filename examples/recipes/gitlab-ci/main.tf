terraform {
  required_providers {
    stellaops = { source = "stellaops/stellaops" }
  }
}

variable "registry_username" {
  type = string
}

variable "registry_password" {
  type      = string
  sensitive = true
}

data "stellaops_oci_credentials_check" "registry" {
  registry_url = "registry.gitlab.com"
  username     = var.registry_username
  password     = var.registry_password

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
