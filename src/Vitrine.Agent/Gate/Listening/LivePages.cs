using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;

namespace Vitrine.Agent.Gate.Listening;

/// <summary>
/// The pages of now: exchanged as a whole while requests come in. One source for the life of the gate, and not a pipeline for each reload: routing keeps every source that it was ever given. Setting is for one thread at a time.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A source of cancellation without a timer or a wait handle holds nothing to give back, and whoever has its token may still ask it.")]
sealed class LivePages : EndpointDataSource
{
    volatile CancellationTokenSource _change = new();
    volatile IReadOnlyList<Endpoint> _now = [];

    /// <summary>The pages of now. Requests that have found theirs go on with it.</summary>
    public IReadOnlyList<Endpoint> Now
    {
        get => _now;
        set
        {
            // The next change has a token before this one is told: who is told asks for it.
            var told = _change;
            _now = value;
            _change = new();
            told.Cancel();
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Endpoint> Endpoints => _now;

    /// <inheritdoc/>
    public override IChangeToken GetChangeToken() => new CancellationChangeToken(_change.Token);

    /// <summary>What answers by these pages, for a server.</summary>
    public RequestDelegate Build(IServiceProvider services)
    {
        var app = new ApplicationBuilder(services);
        app.UseRouting();
        app.UseEndpoints(endpoints => endpoints.DataSources.Add(this));
        return app.Build();
    }

    /// <summary>Pages as doors map them.</summary>
    public static List<Endpoint> Of(IServiceProvider services, Action<IEndpointRouteBuilder> map)
    {
        var builder = new Mapped(services);
        map(builder);
        return [.. builder.DataSources.SelectMany(static one => one.Endpoints)];
    }

    sealed class Mapped(IServiceProvider services) : IEndpointRouteBuilder
    {
        public IServiceProvider ServiceProvider => services;

        public ICollection<EndpointDataSource> DataSources { get; } = [];

        public IApplicationBuilder CreateApplicationBuilder() => new ApplicationBuilder(services);
    }
}
