using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Vitrine.Guard.Tests.Fakes;

/// <summary>An identity provider on this machine, which does what it is told to.</summary>
sealed class TestProvider : IAsyncDisposable
{
    readonly WebApplication _host;
    int _discoveries;

    TestProvider(WebApplication host) => _host = host;

    /// <summary>Starts it on a port of its own.</summary>
    public static async Task<TestProvider> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var provider = new TestProvider(builder.Build());
        provider._host.Run(provider.Answer);
        await provider._host.StartAsync();
        return provider;
    }

    public string Address => _host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    public string DiscoveryAddress => Address + "/.well-known/openid-configuration";

    /// <summary>How often it was asked.</summary>
    public int Discoveries => Volatile.Read(ref _discoveries);

    public string KeySet { get; set; } = """{"keys":[]}""";

    public string Issuer { get; set; } = TestIssuer.Name;

    /// <summary>Where it says that the keys are; null = where they are.</summary>
    public string? KeysAddress { get; set; }

    /// <summary>What it does instead of answering; null = it answers.</summary>
    public Func<HttpContext, Task>? Instead { get; set; }

    Task Answer(HttpContext context)
    {
        var isDiscovery = context.Request.Path == "/.well-known/openid-configuration";
        if (isDiscovery) Interlocked.Increment(ref _discoveries);
        if (Instead is { } instead) return instead(context);
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(isDiscovery ? $$"""{"issuer":"{{Issuer}}","jwks_uri":"{{KeysAddress ?? Address + "/keys"}}"}""" : KeySet);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
