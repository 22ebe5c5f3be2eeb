using Vitrine.Doors.Http;
using Vitrine.Doors.Tests.Support;

namespace Vitrine.Doors.Tests.Http;

/// <summary>Which methods there are is told after the guard, as everything.</summary>
public sealed class MethodTests
{
    static readonly HttpDoorOptions s_options = new() { VarsPath = "/debug/vars" };

    [Theory]
    [InlineData("POST", "/metrics"), InlineData("DELETE", "/metrics"), InlineData("POST", "/debug/vars"), InlineData("POST", "/debug/pprof/heap")]
    public async Task AnotherMethod_IsDecidedFirst(string method, string path)
    {
        await using var door = await TestDoor.Start(s_options);

        var refused = await door.Raw($"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 403 ", refused, StringComparison.Ordinal);
        Assert.DoesNotContain("Allow:", refused, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/metrics"), InlineData("/debug/vars")]
    public async Task AnotherMethod_OfWhoMayLook_IsNotAllowed(string path)
    {
        await using var door = await TestDoor.Start(s_options);

        var answer = await door.Raw($"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 405 ", answer, StringComparison.Ordinal);
        Assert.Contains("Allow: GET, HEAD\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith($"the page {path.Split('/')[^1]}", await door.RawGet(path), StringComparison.Ordinal);
    }
}
