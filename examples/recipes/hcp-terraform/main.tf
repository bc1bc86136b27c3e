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
  registry_url = "registry.example.com"
  username     = "stellaops-svc"
  password     = var.registry_password
}

check "registry_credentials" {
  assert {
    condition     = data.stellaops_oci_credentials_check.registry.passed
    error_message = data.stellaops_oci_credentials_check.registry.message
  }
}
