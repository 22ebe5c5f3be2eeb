module vitrine.example/layouts

go 1.19
