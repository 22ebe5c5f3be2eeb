using Vitrine.Go.Binary;

namespace Vitrine.Go.Tests.Binary;

public class FunctionNamesTests
{
    [Theory]
    [InlineData("main.F", "main.F")]
    [InlineData("main.F[go.shape.int]", "main.F[...]")]
    [InlineData("main.F[...]", "main.F[...]")]
    [InlineData("main.(*List[go.shape.struct { a/b.C [4]int }]).Each", "main.(*List[...]).Each")]
    [InlineData("main.F[go.shape.int].func1", "main.F[...].func1")]
    [InlineData("main.odd]name[", "main.odd]name[")]
    public void ForPrint_Name_IsShortenedAsGoDoes(string name, string printed) => Assert.Equal(printed, FunctionNames.ForPrint(name));
}
