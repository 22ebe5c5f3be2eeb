using Vitrine.Go.Probes.Http;

namespace Vitrine.Go.Tests.Probes.Http;

public sealed class HttpRouteTests
{
    [Theory]
    [InlineData("/", "/")]
    [InlineData("/api/v1/orders", "/api/v1/orders")]
    [InlineData("/orders/4711", "/orders/:id")]
    [InlineData("/orders/4711/items/1", "/orders/:id/items/:id")]
    [InlineData("/users/7e57d004-2b97-0e7a-b45f-5387367791cd/", "/users/:id/")]
    [InlineData("/blobs/9f86d081884c7d65", "/blobs/:id")]
    [InlineData("/s/eyJhbGciOiJIUzI1NiJ9.e30", "/s/:id")]
    [InlineData("/deadbeef", "/deadbeef")]
    [InlineData("/cafe", "/cafe")]
    [InlineData("/a/b/c/d/e/f/g/h/i/j/k/l/m", "/a/b/c/d/e/f/g/h/i/j/k/…")]
    public void Of_PathAlone_IsAGuess(string path, string template)
    {
        HttpRoute route = HttpRoute.Of("GET", path, null);
        Assert.Equal(template, route.Template);
        Assert.True(route.IsGuess);
    }

    [Theory]
    [InlineData("/items/{id}", "/items/{id}", false)]
    [InlineData("GET /items/{id}", "/items/{id}", false)]
    [InlineData("POST example.com/items/{id}", "/items/{id}", false)]
    [InlineData("/items/17", "/items/17", false)]
    [InlineData("/", "/items/:id", true)]
    [InlineData("/items/", "/items/:id", true)]
    [InlineData("", "/items/:id", true)]
    public void Of_Pattern_IsWhatTheMuxMatched(string pattern, string template, bool guess) =>
        Assert.Equal(new HttpRoute("GET", template, guess), HttpRoute.Of("GET", "/items/17", pattern));

    [Fact]
    public void Of_NothingReadable_IsUnknown() => Assert.Same(HttpRoute.Unknown, HttpRoute.Of(null, "/", null));
}
