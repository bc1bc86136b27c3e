package registrytest

import (
	"net/http"
	"strconv"
)

// plainRules are servers that know nothing of registries.
func plainRules() []rules {
	return []rules{
		{name: "nginx before a registry", basic: basicChecked, refuse: refuseByNginx},
		{name: "captive portal", page: true},
	}
}

// refuseByNginx is the server's own page, on 401 and 403 alike.
func refuseByNginx(_ *fake, v visitor, _ string) Response {
	if v.standing == accepted {
		return nginxPage(http.StatusForbidden, "Forbidden")
	}
	response := nginxPage(http.StatusUnauthorized, "Authorization Required")
	response.Header.Set("Www-Authenticate", `Basic realm="nginx"`)
	return response
}

func nginxPage(status int, text string) Response {
	title := strconv.Itoa(status) + " " + text
	return Response{
		Status: status,
		Header: http.Header{"Content-Type": {"text/html"}},
		Body: "<html>\r\n<head><title>" + title + "</title></head>\r\n<body>\r\n<center><h1>" + title +
			"</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
	}
}
