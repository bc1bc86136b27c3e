terraform {
  required_providers {
    stellaops = {
      source  = "stellaops/stellaops"
      version = "~> 0.1"
    }
  }
}

variable "registry_url" {
  type = string
}

variable "registry_username" {
  type = string
}

variable "registry_password" {
  type      = string
  sensitive = true
}

data "stellaops_oci_credentials_check" "registry" {
  registry_url = var.registry_url
  username     = var.registry_username
  password     = var.registry_password
  timeout      = "10s"
}

# The gate: a precondition in what ships the credentials.
resource "terraform_data" "release" {
  lifecycle {
    precondition {
      condition     = data.stellaops_oci_credentials_check.registry.passed
      error_message = data.stellaops_oci_credentials_check.registry.message
    }
  }
}

output "reason" {
  value = data.stellaops_oci_credentials_check.registry.reason
}
