using Vitrine.DotNet.Methods;

namespace Vitrine.DotNet.Tests.Methods;

public sealed class LazyMethodsTests
{
    [Fact]
    public void For_AddressThatNoListHas_IsAskedForOnce()
    {
        var lists = 0;
        var methods = new LazyMethods(() =>
        {
            lists++;
            return MethodMap.Empty;
        });

        for (var look = 0; look < 3; look++) methods.For([[1, 2], [2, 3]]);
        Assert.Equal(1, lists);
        for (var look = 0; look < 3; look++) methods.For([[1, 2], [4]]);
        Assert.Equal(2, lists);
    }
}
