module vitrine.example/symbols

go 1.19
