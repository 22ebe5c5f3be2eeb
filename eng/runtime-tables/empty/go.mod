module vitrine.example/empty

go 1.19
