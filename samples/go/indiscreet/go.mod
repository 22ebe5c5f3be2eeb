module vitrine.example/indiscreet

go 1.19
