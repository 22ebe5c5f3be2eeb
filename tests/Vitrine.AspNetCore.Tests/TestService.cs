using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Vitrine.AspNetCore.Tests;

/// <summary>A service with Vitrine on a real server and a port of its own, and a client for it.</summary>
sealed class TestService : IAsyncDisposable
{
    readonly WebApplication _app;

    TestService(WebApplication app)
    {
        _app = app;
        Address = new Uri(app.Urls.First());
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(60) };
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>Starts a service: settings, what else it has, its routes.</summary>
    public static async Task<TestService> Start(
        Action<VitrineOptions>? options = null, Action<WebApplicationBuilder>? build = null, Action<WebApplication>? routes = null, string environment = "Production",
        Action<IEndpointConventionBuilder>? convention = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = environment, ApplicationName = typeof(TestService).Assembly.GetName().Name });
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static server => server.Listen(IPAddress.Loopback, 0));
        builder.AddVitrine(one =>
        {
            one.Enabled = true;
            options?.Invoke(one);
        });
        build?.Invoke(builder);
        var app = builder.Build();
        var vitrine = app.MapVitrine();
        convention?.Invoke(vitrine);
        routes?.Invoke(app);
        await app.StartAsync();
        return new(app);
    }

    /// <summary>Changes the configuration while the service runs.</summary>
    public void Configure(string key, string value)
    {
        _app.Configuration[key] = value;
        ((IConfigurationRoot)_app.Configuration).Reload();
    }

    public Task<HttpResponseMessage> Get(string path, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            if (name == "Host") request.Headers.Host = value;
            else request.Headers.TryAddWithoutValidation(name, value);
        }
        return Client.SendAsync(request);
    }

    public async Task<string> GetText(string path, params (string Name, string Value)[] headers)
    {
        using var answer = await Get(path, headers);
        return await answer.Content.ReadAsStringAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}
