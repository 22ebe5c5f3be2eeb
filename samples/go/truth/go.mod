module vitrine.example/truth

go 1.19
