module vitrine.example/bare

go 1.19
