module vitrine.example/yardstick

go 1.19
