module vitrine.example/crowds

go 1.19
