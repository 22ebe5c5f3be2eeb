using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Vitrine.AspNetCore;
using Vitrine.AspNetCore.Metrics;
using Vitrine.Doors.Http;
using Vitrine.Doors.Looks;

// Where a web program already looks: two lines are two lines, without a using directive.
namespace Microsoft.AspNetCore.Builder;

/// <summary>The second of the two lines.</summary>
public static class VitrineEndpoints
{
    /// <summary>
    /// Maps <c>/debug/pprof/</c> with everything below it, and <c>/metrics</c> (<see cref="MetricsOptions.Path"/>), where the service has no endpoint of its own. They answer direct callers on this machine, and only while <see cref="VitrineOptions.Enabled"/> is set.
    /// </summary>
    /// <param name="endpoints">The service, or a group of its routes.</param>
    /// <returns>For what the service wants to add, such as <c>RequireAuthorization</c>.</returns>
    /// <exception cref="InvalidOperationException"><c>AddVitrine</c> was not called.</exception>
    public static IEndpointConventionBuilder MapVitrine(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var desk = endpoints.ServiceProvider.GetService<LookDesk>()
            ?? throw new InvalidOperationException("Vitrine's services are missing: call builder.AddVitrine() before the service is built.");
        var options = endpoints.ServiceProvider.GetRequiredService<LiveOptions>().Current;
        var http = new HttpDoor(desk, new() { Prefix = Checked(options.Prefix), MetricsPath = options.Metrics.Path ?? (options.Prefix == HttpDoorOptions.DefaultPrefix ? "/metrics" : options.Prefix + "metrics") });
        var group = endpoints.MapGroup("");
        http.MapProfiles(group);
        http.MapMetrics(group)?.WithMetadata(MetricsRoutePolicy.Mark);
        group.ExcludeFromDescription();
        // A profile takes as long as it was told to: it would be the slowest request of the service.
        group.DisableHttpMetrics();
        return group;
    }

    // What it may contain has the same meaning in a pattern of routes and in a URL.
    static string Checked(string prefix) =>
        prefix.Length > 1 && prefix[0] == '/' && prefix[^1] == '/' && !prefix.Contains("//", StringComparison.Ordinal) && prefix.All(static c => char.IsAsciiLetterOrDigit(c) || c is '/' or '-' or '_' or '.' or '~')
            ? prefix
            : throw new InvalidOperationException($"{VitrineOptions.Section}:{nameof(VitrineOptions.Prefix)} is '{prefix}': write a path from slash to slash, such as /api/v2/_diag/, with letters, digits, '-', '_', '.' and '~' only.");
}
