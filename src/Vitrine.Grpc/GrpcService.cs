using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Vitrine.Grpc;

/// <summary>A service and what answers its methods, by hand: the generated base classes need the server package. Bind every method of the descriptor, then map it (<see cref="GrpcEndpoints"/>).</summary>
public sealed class GrpcService
{
    readonly Dictionary<string, GrpcMethod> _methods = new(StringComparer.Ordinal);

    /// <summary>A service without methods yet.</summary>
    /// <param name="descriptor">What its .proto file says about it.</param>
    public GrpcService(ServiceDescriptor descriptor)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        Descriptor = descriptor;
    }

    /// <summary>What its .proto file says about it.</summary>
    public ServiceDescriptor Descriptor { get; }

    /// <summary>The full name, with the package.</summary>
    public string Name => Descriptor.FullName;

    /// <summary>What it takes and gives at most.</summary>
    public GrpcLimits Limits { get; init; } = new();

    /// <summary>Binds a method that takes one message and answers with one.</summary>
    /// <exception cref="ArgumentException">There is no such method, or it is of another kind.</exception>
    public GrpcService Unary<TRequest, TResponse>(string method, Func<TRequest, GrpcCall, Task<TResponse>> handler)
        where TRequest : class, IMessage<TRequest>, new() where TResponse : class, IMessage<TResponse> =>
        Bind(method, clientStreams: false, serverStreams: false, async exchange =>
        {
            var request = await exchange.Requests<TRequest>().Single();
            using var place = exchange.TakePlace();
            await exchange.Answer.Write(await handler(request, exchange.Call));
        });

    /// <summary>Binds a method that takes one message and answers with a stream of them.</summary>
    /// <exception cref="ArgumentException">There is no such method, or it is of another kind.</exception>
    public GrpcService ServerStreaming<TRequest, TResponse>(string method, Func<TRequest, GrpcResponses<TResponse>, GrpcCall, Task> handler)
        where TRequest : class, IMessage<TRequest>, new() where TResponse : class, IMessage<TResponse> =>
        Bind(method, clientStreams: false, serverStreams: true, async exchange =>
        {
            var request = await exchange.Requests<TRequest>().Single();
            using var place = exchange.TakePlace();
            await handler(request, new GrpcResponses<TResponse>(exchange.Answer), exchange.Call);
        });

    /// <summary>Binds a method that takes a stream of messages and answers with another one, each at its own pace.</summary>
    /// <exception cref="ArgumentException">There is no such method, or it is of another kind.</exception>
    public GrpcService Bidirectional<TRequest, TResponse>(string method, Func<GrpcRequests<TRequest>, GrpcResponses<TResponse>, GrpcCall, Task> handler)
        where TRequest : class, IMessage<TRequest>, new() where TResponse : class, IMessage<TResponse> =>
        Bind(method, clientStreams: true, serverStreams: true, async exchange =>
        {
            using var place = exchange.TakePlace();
            await handler(exchange.Requests<TRequest>(), new GrpcResponses<TResponse>(exchange.Answer), exchange.Call);
        });

    /// <summary>What was bound.</summary>
    internal IReadOnlyCollection<GrpcMethod> Methods => _methods.Values;

    GrpcService Bind(string method, bool clientStreams, bool serverStreams, Func<GrpcExchange, Task> run)
    {
        var known = Descriptor.FindMethodByName(method) ?? throw new ArgumentException($"{Name} has no method {method}.", nameof(method));
        if (known.IsClientStreaming != clientStreams || known.IsServerStreaming != serverStreams)
            throw new ArgumentException($"{Name} has {method} with other streams than it is bound with.", nameof(method));
        _methods.Add(method, new GrpcMethod(Name, method, clientStreams, run));
        return this;
    }
}
