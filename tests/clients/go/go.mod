module example.test/use

go 1.23
