using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Vitrine.Doors.Grpc;
using Vitrine.Doors.Looks;

// Where a web program already looks: two lines are two lines, without a using directive.
namespace Microsoft.AspNetCore.Builder;

/// <summary>The second of the two lines, for gRPC.</summary>
public static class VitrineGrpcEndpoints
{
    /// <summary>
    /// Maps the gRPC door beside or instead of <c>MapVitrine</c>: <c>vitrine.v1.Looks</c> and <c>vitrine.v1.Switches</c>, with the standard health and reflection services where the program has none of its own. It needs an
    /// endpoint that speaks HTTP/2: without TLS one of its own (<c>"Protocols": "Http2"</c>). A call over HTTP/1.1 is answered with 426 and says so.
    /// </summary>
    /// <param name="endpoints">The program: gRPC's paths take no prefix.</param>
    /// <returns>For what the service wants to add, such as <c>RequireAuthorization</c>.</returns>
    /// <exception cref="InvalidOperationException"><c>AddVitrine</c> was not called.</exception>
    public static IEndpointConventionBuilder MapVitrineGrpc(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var desk = endpoints.ServiceProvider.GetService<LookDesk>()
            ?? throw new InvalidOperationException("Vitrine's services are missing: call builder.AddVitrine() before the service is built.");
        return new GrpcDoor(desk, new()).Map(endpoints);
    }
}
