using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Vitrine.Grpc;

/// <summary>Maps gRPC services into the routes of a web program.</summary>
public static class GrpcEndpoints
{
    static readonly string[] s_post = [HttpMethods.Post];

    // After what the program maps itself: where it has a health or a reflection service of its own, that one answers.
    const int Order = 1;

    /// <summary>
    /// Maps <c>POST /SERVICE/METHOD</c> for each method. A method that a service does not have is UNIMPLEMENTED; a service that is not mapped is the program's own 404, which gRPC clients read as UNIMPLEMENTED.
    /// </summary>
    /// <param name="endpoints">The program, or a group of its routes without a prefix: gRPC's paths have none.</param>
    /// <param name="services">The services.</param>
    /// <exception cref="ArgumentException">A service has a method that nothing is bound to.</exception>
    public static IEndpointConventionBuilder MapGrpc(this IEndpointRouteBuilder endpoints, IReadOnlyList<GrpcService> services)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(services);
        var provider = endpoints.ServiceProvider;
        var time = provider.GetService<TimeProvider>() ?? TimeProvider.System;
        var log = provider.GetRequiredService<ILoggerFactory>().CreateLogger("Vitrine.Grpc");
        var stopping = provider.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None;
        var group = endpoints.MapGroup("");
        foreach (var service in services)
        {
            if (service.Descriptor.Methods.FirstOrDefault(one => service.Methods.All(bound => bound.Name != one.Name)) is { } missing)
                throw new ArgumentException($"Nothing is bound to {missing.FullName}.", nameof(services));
            var runner = new CallRunner(service.Limits, time, log, stopping);
            foreach (var method in service.Methods)
            {
                var places = new CallPlaces(service.Limits.MaximumCalls, service.Limits.MakesRoom);
                group.MapMethods($"/{service.Name}/{method.Name}", s_post, (RequestDelegate)(context => runner.Run(context, method, places)));
            }
            var name = service.Name;
            group.MapMethods($"/{name}/{{method}}", s_post, (RequestDelegate)(context => CallRunner.RunUnknown(context, name)));
        }
        ((IEndpointConventionBuilder)group).Add(static endpoint =>
        {
            if (endpoint is RouteEndpointBuilder route) route.Order = Order;
        });
        group.ExcludeFromDescription();
        // A call takes as long as it was told to: it would be the slowest request of the program.
        group.DisableHttpMetrics();
        return group;
    }
}
