using Google.Protobuf;

namespace Vitrine.Grpc;

/// <summary>The messages of an answer, one after the other. For one writer.</summary>
/// <typeparam name="T">Their type.</typeparam>
public sealed class GrpcResponses<T> where T : class, IMessage<T>
{
    readonly AnswerStream _stream;

    internal GrpcResponses(AnswerStream stream) => _stream = stream;

    /// <summary>Sends a message, and waits until there is room for the next one: a caller that reads slowly makes the writer slow, and nothing piles up.</summary>
    /// <exception cref="GrpcException">RESOURCE_EXHAUSTED: the message is longer than <see cref="GrpcLimits.MaximumResponseBytes"/>.</exception>
    /// <exception cref="OperationCanceledException">The call is over.</exception>
    public Task Write(T message) => _stream.Write(message);
}
