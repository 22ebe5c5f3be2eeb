using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Vitrine.AspNetCore.Operations;

namespace Vitrine.AspNetCore.Panics;

/// <summary>
/// The last one to see an exception of a request: has it recorded, and answers 500 without saying anything of the inside. Handlers of the service's own come first, because they are nearer; what they answered
/// stays, and the exception is recorded all the same when the answer says that the service failed (500 and above).
/// </summary>
sealed class PanicGuardMiddleware(RequestDelegate next, PanicRecorder recorder, LiveOptions options, IHostApplicationLifetime lifetime)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (!options.Current.Panics.Enabled)
        {
            await next(context);
            return;
        }
        try
        {
            await next(context);
        }
        catch (Exception e) when (IsClientsAbort(context, e))
        {
            // Nobody is there to be answered; the status is for logs and metrics, 499 as ASP.NET Core's own handler has it.
            if (!context.Response.HasStarted) context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return;
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // The service ends, and what it was at with it.
            await Answer(context, StatusCodes.Status503ServiceUnavailable);
            return;
        }
        catch (BadHttpRequestException e)
        {
            // The caller's fault, found while the request was read.
            await Answer(context, e.StatusCode);
            return;
        }
        catch (Exception e)
        {
            recorder.Note(context, e);
            await Answer(context, StatusCodes.Status500InternalServerError);
            return;
        }
        var handled = context.Features.Get<IExceptionHandlerFeature>()?.Error ?? DeveloperPageFaults.Of(context);
        // An exception that a handler turns into an answer of the caller's fault, such as 404 for what is not there, is the service's way of speaking.
        if (handled is not null and not BadHttpRequestException && context.Response.StatusCode >= StatusCodes.Status500InternalServerError && !IsClientsAbort(context, handled)
            && !(handled is OperationCanceledException && lifetime.ApplicationStopping.IsCancellationRequested))
            recorder.Note(context, handled);
    }

    // Waiting that ends because the caller went away, or a connection that is no more.
    static bool IsClientsAbort(HttpContext context, Exception e) => context.RequestAborted.IsCancellationRequested && e is OperationCanceledException or IOException { InnerException: ObjectDisposedException }
        || e is Microsoft.AspNetCore.Connections.ConnectionResetException;

    static Task Answer(HttpContext context, int status)
    {
        var response = context.Response;
        if (response.HasStarted)
        {
            // Half an answer must not look like a whole one: the connection ends in an error that the caller sees.
            context.Abort();
            return Task.CompletedTask;
        }
        response.Clear();
        response.StatusCode = status;
        response.Headers.CacheControl = "no-store";
        if (HttpMethods.IsHead(context.Request.Method)) return Task.CompletedTask;
        response.ContentType = "application/problem+json";
        return response.Body.WriteAsync(Problem(status, LogicalOperation.Current?.TraceId), context.RequestAborted).AsTask();
    }

    // RFC 9457, with what a user can quote to those who have the records, and nothing else.
    static byte[] Problem(int status, string? traceId)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("type", "about:blank");
            json.WriteString("title", Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status));
            json.WriteNumber("status", status);
            if (traceId is not null) json.WriteString("traceId", traceId);
            json.WriteEndObject();
        }
        return stream.ToArray();
    }
}
