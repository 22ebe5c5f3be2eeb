using Google.Protobuf;
using Vitrine.Grpc.Framing;

namespace Vitrine.Grpc;

/// <summary>Both directions of a call, before it is known what its messages are.</summary>
sealed class GrpcExchange(GrpcCall call, MessageReader reader, AnswerStream answer, CallPlaces places, CancellationTokenSource cut, GrpcLimits limits, TimeProvider time)
{
    public GrpcCall Call => call;

    public AnswerStream Answer => answer;

    public GrpcRequests<T> Requests<T>() where T : class, IMessage<T>, new() => new(reader, limits, time, call.Cancelled);

    /// <summary>Takes a place among the calls in progress; disposing gives it back.</summary>
    /// <exception cref="GrpcException">RESOURCE_EXHAUSTED: there is none.</exception>
    public IDisposable TakePlace() => places.Take(call, cut);
}
