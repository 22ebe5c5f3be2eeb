using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Vitrine.Doors.Looks;
using Vitrine.Grpc;
using Vitrine.Grpc.Health;
using Vitrine.Grpc.Reflection;

namespace Vitrine.Doors.Grpc;

/// <summary>The gRPC door: <c>vitrine.v1.Looks</c> and <c>vitrine.v1.Switches</c> (Protos/vitrine/v1), with the standard health and reflection services. It needs an endpoint that speaks HTTP/2.</summary>
/// <param name="desk">Answers.</param>
/// <param name="options">What else there is.</param>
public sealed class GrpcDoor(LookDesk desk, GrpcDoorOptions options)
{
    /// <summary>Maps the services.</summary>
    public IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        List<GrpcService> services = [new LooksService(desk, options.Name).Service, new SwitchesService(desk, options.Name).Service];
        if (options.HasHealth) services.Add(new GrpcHealth([.. services.Select(static one => one.Name)]).Service);
        if (options.HasReflection) services.AddRange(GrpcReflection.Of([.. services]));
        return endpoints.MapGrpc(services);
    }
}
