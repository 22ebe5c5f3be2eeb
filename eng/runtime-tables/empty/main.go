// Command empty links as little of the runtime as a Go program can: functions that it has, every program has.
package main

func main() {}
