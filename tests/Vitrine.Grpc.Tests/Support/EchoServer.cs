using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Vitrine.Grpc.Health;
using Vitrine.Grpc.Reflection;
using Vitrine.Grpc.Tests.Protos;

namespace Vitrine.Grpc.Tests.Support;

/// <summary>A server on loopback with one service, whose methods do what the test says, and with health and reflection.</summary>
sealed class EchoServer : IAsyncDisposable
{
    readonly WebApplication _app;

    EchoServer(WebApplication app, LogLines log, GrpcHealth health)
    {
        _app = app;
        Log = log;
        Health = health;
        Http2 = new Uri(app.Urls.First());
        Http1 = new Uri(app.Urls.Last());
    }

    /// <summary>What the handlers do unless the test says otherwise: say it back, count to what was said, answer each word.</summary>
    public sealed class Handlers
    {
        public Func<Word, GrpcCall, Task<Word>> Say { get; init; } = static (word, _) => Task.FromResult(word);

        public Func<Word, GrpcResponses<Word>, GrpcCall, Task> Count { get; init; } = static async (word, words, _) =>
        {
            for (var i = 0; i < int.Parse(word.Text); i++) await words.Write(new() { Text = $"{i}", Payload = word.Payload });
        };

        public Func<GrpcRequests<Word>, GrpcResponses<Word>, GrpcCall, Task> Chat { get; init; } = static async (said, words, _) =>
        {
            while (await said.Next() is { } word) await words.Write(word);
        };
    }

    /// <summary>Where only HTTP/2 is spoken.</summary>
    public Uri Http2 { get; }

    /// <summary>Where only HTTP/1.1 is spoken.</summary>
    public Uri Http1 { get; }

    public LogLines Log { get; }

    public GrpcHealth Health { get; }

    /// <summary>For stock clients: host and port.</summary>
    public string Authority => Http2.Authority;

    public static async Task<EchoServer> Start(Handlers? handlers = null, GrpcLimits? limits = null, TimeProvider? time = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        var log = new LogLines();
        builder.Logging.ClearProviders().AddProvider(log);
        if (time is not null) builder.Services.AddSingleton(time);
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, static endpoint => endpoint.Protocols = HttpProtocols.Http2);
            kestrel.Listen(IPAddress.Loopback, 0, static endpoint => endpoint.Protocols = HttpProtocols.Http1);
        });
        var app = builder.Build();
        handlers ??= new();
        var echo = new GrpcService(EchoReflection.Descriptor.Services[0]) { Limits = limits ?? new() }
            .Unary<Word, Word>("Say", (word, call) => handlers.Say(word, call))
            .ServerStreaming<Word, Word>("Count", (word, words, call) => handlers.Count(word, words, call))
            .Bidirectional<Word, Word>("Chat", (said, words, call) => handlers.Chat(said, words, call));
        var health = new GrpcHealth([echo.Name]);
        app.MapGrpc([echo, health.Service, .. GrpcReflection.Of([echo, health.Service])]);
        await app.StartAsync();
        return new(app, log, health);
    }

    /// <summary>Begins to stop, and does not wait for calls in progress to end.</summary>
    public Task Stop() => _app.StopAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

/// <summary>What went to the log.</summary>
sealed class LogLines : ILoggerProvider, ILogger
{
    readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyCollection<string> All => _lines;

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel)) _lines.Enqueue($"{formatter(state, exception)} {exception}");
    }

    public void Dispose()
    {
    }
}
