# The production images: `make images` builds them here, the workflows with
# another TAG.
variable "REGISTRY" {
  default = "registry.example:5443/a__b/c.d-e/f"
}

variable "TAG" {
  default = "local"
}

group "default" {
  targets = ["image"]
}

target "image" {
  name    = service
  matrix  = {
    service = [
      "go",
      "fastapi",
      "node",
      "python-worker",
    ]
  }
  context = "services/${service}"
  target  = "production"
  tags    = ["${REGISTRY}/${service}:${TAG}"]
}
