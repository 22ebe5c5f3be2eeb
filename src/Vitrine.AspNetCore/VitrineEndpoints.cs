using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Vitrine.AspNetCore;
using Vitrine.AspNetCore.Access;
using Vitrine.AspNetCore.Metrics;
using Vitrine.AspNetCore.Pprof;

// Where a web program already looks: two lines are two lines, without a using directive.
namespace Microsoft.AspNetCore.Builder;

/// <summary>The second of the two lines.</summary>
public static class VitrineEndpoints
{
    static readonly string[] s_read = [HttpMethods.Get, HttpMethods.Head];
    static readonly string[] s_readOrPost = [HttpMethods.Get, HttpMethods.Head, HttpMethods.Post];

    /// <summary>
    /// Maps <c>/debug/pprof/</c> with everything below it, and <c>/metrics</c> (<see cref="MetricsOptions.Path"/>), where the service has no endpoint of its own. They answer direct callers on this machine, and only while <see cref="VitrineOptions.Enabled"/> is set.
    /// </summary>
    /// <param name="endpoints">The service, or a group of its routes.</param>
    /// <returns>For what the service wants to add, such as <c>RequireAuthorization</c>.</returns>
    /// <exception cref="InvalidOperationException"><c>AddVitrine</c> was not called.</exception>
    public static IEndpointConventionBuilder MapVitrine(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var door = endpoints.ServiceProvider.GetService<Door>()
            ?? throw new InvalidOperationException("Vitrine's services are missing: call builder.AddVitrine() before the service is built.");
        var pprof = endpoints.ServiceProvider.GetRequiredService<PprofHandlers>();
        var metrics = endpoints.ServiceProvider.GetRequiredService<MetricsHandler>();
        var group = endpoints.MapGroup("");
        group.MapMethods("/debug/pprof/", s_read, door.Guard(pprof.Index));
        group.MapMethods("/debug/pprof/cmdline", s_read, door.Guard(PprofHandlers.CommandLine));
        group.MapMethods("/debug/pprof/symbol", s_readOrPost, door.Guard(PprofHandlers.Symbol));
        group.MapMethods("/debug/pprof/{name}", s_read, door.Guard(pprof.Named));
        var path = endpoints.ServiceProvider.GetRequiredService<IOptions<VitrineOptions>>().Value.Metrics.Path;
        if (!string.IsNullOrEmpty(path)) group.MapMethods(path, s_read, door.Guard(metrics.Get)).WithMetadata(MetricsRoutePolicy.Mark);
        group.ExcludeFromDescription();
        // A profile takes as long as it was told to: it would be the slowest request of the service.
        group.DisableHttpMetrics();
        return group;
    }
}
