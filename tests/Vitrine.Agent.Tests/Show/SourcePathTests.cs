using Vitrine.Agent.Show;

namespace Vitrine.Agent.Tests.Show;

public sealed class SourcePathTests
{
    [Theory]
    [InlineData("net/http.(*conn).serve", "/usr/lib/go-1.26/src/net/http/server.go", "net/http/server.go")]
    [InlineData("sync.runtime_Semacquire", "/usr/lib/go-1.26/src/runtime/sema.go", "runtime/sema.go")]
    [InlineData("runtime.gopark", "runtime/proc.go", "runtime/proc.go")]
    [InlineData("main.main", "/home/me/src/main/main.go", "/home/me/src/main/main.go")]
    [InlineData("example.org/shop/src.Order", "/home/me/src/shop/src/order.go", "/home/me/src/shop/src/order.go")]
    [InlineData("", "/a/b.go", "/a/b.go")]
    [InlineData("nodot", "/usr/src/x.go", "/usr/src/x.go")]
    public void Short_StandardLibraryOnly_LosesTheFolderOfTheInstallation(string function, string file, string expected) => Assert.Equal(expected, SourcePath.Short(function, file));
}
