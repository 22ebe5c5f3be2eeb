using Google.Protobuf;
using Vitrine.Grpc.Framing;

namespace Vitrine.Grpc;

/// <summary>The messages of a caller, one after the other. For one reader.</summary>
/// <typeparam name="T">Their type.</typeparam>
public sealed class GrpcRequests<T> where T : class, IMessage<T>, new()
{
    readonly MessageParser<T> _parser = new(static () => new T());
    readonly MessageReader _reader;
    readonly GrpcLimits _limits;
    readonly TimeProvider _time;
    readonly CancellationToken _cancelled;
    int _count;

    internal GrpcRequests(MessageReader reader, GrpcLimits limits, TimeProvider time, CancellationToken cancelled)
    {
        _reader = reader;
        _limits = limits;
        _time = time;
        _cancelled = cancelled;
    }

    /// <summary>The next message; null when the caller sends no more.</summary>
    /// <exception cref="GrpcException">It is broken or too long, one too many, or did not come in time.</exception>
    /// <exception cref="OperationCanceledException">The call is cancelled.</exception>
    public async ValueTask<T?> Next()
    {
        using var patience = new CancellationTokenSource(_limits.ReadTime, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, _cancelled);
        try
        {
            var message = await _reader.Read(_parser, either.Token);
            if (message is not null && ++_count > _limits.MaximumRequests)
                throw new GrpcException(GrpcStatusCode.ResourceExhausted, $"One call takes at most {_limits.MaximumRequests} messages here: make another one.");
            return message;
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !_cancelled.IsCancellationRequested)
        {
            throw new GrpcException(GrpcStatusCode.DeadlineExceeded, $"No whole message, and no end of them, came for {_limits.ReadTime.TotalSeconds:0} seconds.");
        }
    }

    /// <summary>The only message of a method that takes one.</summary>
    /// <exception cref="GrpcException">There is none, or more than one; or as <see cref="Next"/> says.</exception>
    internal async ValueTask<T> Single()
    {
        var message = await Next() ?? throw new GrpcException(GrpcStatusCode.Unimplemented, "The method takes one message; none came.");
        return await Next() is null ? message : throw new GrpcException(GrpcStatusCode.Unimplemented, "The method takes one message; more than one came.");
    }
}
