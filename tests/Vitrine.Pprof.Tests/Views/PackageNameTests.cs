using Vitrine.Pprof.Views;

namespace Vitrine.Pprof.Tests.Views;

public sealed class PackageNameTests
{
    [Theory]
    [InlineData("main.main", "main")]
    [InlineData("net/http.(*conn).serve", "net/http")]
    [InlineData("net/http.HandlerFunc.ServeHTTP", "net/http")]
    [InlineData("github.com/prometheus/prometheus/tsdb.(*Head).Append.func1", "github.com/prometheus/prometheus/tsdb")]
    [InlineData("gopkg.in/yaml%2ev3.(*Decoder).Decode", "gopkg.in/yaml.v3")]
    [InlineData("slices.SortFunc[go.shape.[]example.org/x/y.T,go.shape.int]", "slices")]
    [InlineData("example.org/set.Set[example.org/a.B].Add", "example.org/set")]
    [InlineData("runtime.mallocgc", "runtime")]
    [InlineData("std::vector<int>::push_back", "std")]
    [InlineData("boost::asio::detail::scheduler::run", "boost::asio::detail::scheduler")]
    [InlineData("System.Private.CoreLib!System.Threading.Monitor.Wait(object)", "System.Private.CoreLib")]
    [InlineData("[libc.so.6]", "[libc.so.6]")]
    [InlineData("[libc.so.6] 0x7f12", "[libc.so.6]")]
    [InlineData("malloc", "")]
    [InlineData("<unknown>", "")]
    [InlineData("", "")]
    [InlineData(".", "")]
    [InlineData("/", "")]
    [InlineData("[", "")]
    public void Of_Name_IsItsPackage(string name, string package) => Assert.Equal(package, PackageName.Of(name));
}
