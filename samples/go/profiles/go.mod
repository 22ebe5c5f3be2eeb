module vitrine.example/profiles

go 1.19
