using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Vitrine.Grpc.Framing;
using Vitrine.Grpc.Protocol;

namespace Vitrine.Grpc;

/// <summary>The answer of one call: messages, then a status. A handler may still be at work when its time is over and the status goes out; what it writes then is refused.</summary>
sealed class AnswerStream(HttpContext context, GrpcLimits limits, TimeProvider time, CancellationToken cancelled) : IDisposable
{
    // HTTP/2's error code (RFC 9113, 7): the protocol of gRPC wants it where a call is over and a message is half out.
    const int ResetCancel = 8;

    readonly SemaphoreSlim _turn = new(1, 1);
    bool _isOver;

    public async Task Write(IMessage message)
    {
        await _turn.WaitAsync(cancelled);
        try
        {
            cancelled.ThrowIfCancellationRequested();
            if (_isOver) throw new OperationCanceledException("The call is over.");
            MessageWriter.Write(context.Response.BodyWriter, message, limits.MaximumResponseBytes);
            await Flush();
        }
        finally
        {
            _turn.Release();
        }
    }

    // Returns when the server has room again, which it has when the caller reads.
    async Task Flush()
    {
        using var patience = new CancellationTokenSource(limits.WriteTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancelled);
        try
        {
            var flushed = await context.Response.BodyWriter.FlushAsync(either.Token);
            if (flushed.IsCanceled || flushed.IsCompleted) throw new OperationCanceledException("The caller takes no more.");
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancelled.IsCancellationRequested)
        {
            _isOver = true;
            Reset();
            throw;
        }
    }

    /// <summary>Ends the answer. Where the status cannot go out because the caller does not read, the stream is reset.</summary>
    public async Task End(GrpcStatus status)
    {
        if (context.RequestAborted.IsCancellationRequested) return;
        using var patience = new CancellationTokenSource(limits.WriteTime, time);
        try
        {
            await _turn.WaitAsync(patience.Token);
            try
            {
                if (_isOver) return;
                _isOver = true;
                StatusTrailers.Set(context.Response, status);
                await context.Response.CompleteAsync().WaitAsync(patience.Token);
            }
            finally
            {
                _turn.Release();
            }
        }
        catch (OperationCanceledException)
        {
            Reset();
        }
    }

    void Reset()
    {
        if (context.Features.Get<IHttpResetFeature>() is { } stream) stream.Reset(ResetCancel);
        else context.Abort();
    }

    public void Dispose() => _turn.Dispose();
}
