using Status = Vitrine.Grpc.Health.HealthCheckResponse.Types.ServingStatus;

namespace Vitrine.Grpc.Health;

/// <summary>The standard health service (<c>grpc.health.v1.Health</c>): load balancers and probers ask it. It asks nobody who they are, and says only whether services of known names are there.</summary>
public sealed class GrpcHealth
{
    readonly Lock _lock = new();
    readonly Dictionary<string, bool> _services = new(StringComparer.Ordinal);
    TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>All services are well.</summary>
    /// <param name="services">The full names of the services that are known from the beginning.</param>
    public GrpcHealth(IEnumerable<string> services)
    {
        ArgumentNullException.ThrowIfNull(services);
        foreach (var name in services) _services[name] = true;
        Service = new GrpcService(HealthReflection.Descriptor.Services[0]) { Limits = new() { MaximumRequestBytes = 4096, MaximumDuration = TimeSpan.FromDays(1), MakesRoom = true } }
            .Unary<HealthCheckRequest, HealthCheckResponse>("Check", Check)
            .ServerStreaming<HealthCheckRequest, HealthCheckResponse>("Watch", Watch);
    }

    /// <summary>The service, to be mapped.</summary>
    public GrpcService Service { get; }

    /// <summary>Says how a service is; whoever watches it hears of a change.</summary>
    public void Set(string service, bool isServing)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            if (_services.TryGetValue(service, out var before) && before == isServing) return;
            _services[service] = isServing;
            (changed, _changed) = (_changed, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        changed.SetResult();
    }

    (Status Status, Task Changed) Now(string service)
    {
        lock (_lock)
        {
            // The empty name is the whole server: well when everything in it is.
            var status = service.Length == 0 ? Of(_services.Values.All(static isServing => isServing))
                : _services.TryGetValue(service, out var isServing) ? Of(isServing)
                : Status.ServiceUnknown;
            return (status, _changed.Task);
        }
    }

    static Status Of(bool isServing) => isServing ? Status.Serving : Status.NotServing;

    Task<HealthCheckResponse> Check(HealthCheckRequest request, GrpcCall call) => Now(request.Service).Status switch
    {
        Status.ServiceUnknown => throw new GrpcException(GrpcStatusCode.NotFound, "There is no service of that name here."),
        var status => Task.FromResult(new HealthCheckResponse { Status = status }),
    };

    async Task Watch(HealthCheckRequest request, GrpcResponses<HealthCheckResponse> responses, GrpcCall call)
    {
        Status? said = null;
        while (true)
        {
            var (status, changed) = Now(request.Service);
            if (status != said) await responses.Write(new() { Status = status });
            said = status;
            await changed.WaitAsync(call.Cancelled);
        }
    }
}
