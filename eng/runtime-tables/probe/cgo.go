//go:build cgo && vitrinecgo

package main

import "C"
