using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Vitrine.Doors.Looks;

namespace Vitrine.Doors.Http;

/// <summary>Answers as Go's net/http/pprof gives them (src/net/http/pprof/pprof.go). The table of statuses is in docs/guard/doors.md.</summary>
static class HttpAnswers
{
    /// <summary>What the reader must know of an answer beside what is in it.</summary>
    public const string NoteHeader = "Vitrine-Note";

    /// <summary>Who made an answer of a service behind a gate: <c>outside</c> or <c>forwarded</c>.</summary>
    public const string SourceHeader = "Vitrine-Source";

    const string PlainText = "text/plain; charset=utf-8";

    /// <summary>Sends an answer; nothing when the caller is gone.</summary>
    /// <param name="context">The request.</param>
    /// <param name="answer">The answer; belongs to the caller.</param>
    /// <param name="time">How long sending may take.</param>
    public static async Task Send(HttpContext context, LookAnswer answer, TimeSpan time)
    {
        if (context.RequestAborted.IsCancellationRequested) return;
        if (answer.Status != LookStatus.Ok)
        {
            await Error(context, answer);
            return;
        }
        var (response, isHead) = (context.Response, HttpMethods.IsHead(context.Request.Method));
        Secure(response);
        response.ContentType = answer.ContentType;
        if (answer.FileName is { } name) response.Headers.ContentDisposition = $"attachment; filename=\"{name}\"";
        if (answer.Note.Length > 0) response.Headers[NoteHeader] = answer.Note;
        if (answer.Source.Length > 0) response.Headers[SourceHeader] = answer.Source;
        if (isHead) return;
        response.ContentLength = answer.File?.Length ?? answer.Bytes.Length;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        end.CancelAfter(time);
        try
        {
            if (answer.File is { } file) await file.CopyToAsync(response.Body, end.Token);
            else foreach (var part in answer.Parts) await response.Body.WriteAsync(part, end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // Gone, or too slow: half an answer must not look like a whole one.
            context.Abort();
        }
    }

    static Task Error(HttpContext context, LookAnswer answer)
    {
        var headers = context.Response.Headers;
        if (answer.Status == LookStatus.Unauthenticated) headers.WWWAuthenticate = "Bearer";
        if (answer.RetryAfter is { } after) headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(after.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        else if (answer.Status == LookStatus.TooMany) headers.RetryAfter = "1";
        return Error(context, answer.HttpStatus, answer.Message);
    }

    /// <summary>An error that <c>go tool pprof</c> shows to its user: it does so when the answer has the header <c>X-Go-Pprof</c>.</summary>
    public static Task Error(HttpContext context, int status, string text)
    {
        var response = context.Response;
        Secure(response);
        response.Headers["X-Go-Pprof"] = "1";
        response.StatusCode = status;
        response.ContentType = PlainText;
        var bytes = Encoding.UTF8.GetBytes(text + "\n");
        response.ContentLength = bytes.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }

    /// <summary>What is read only was asked for with another method.</summary>
    public static Task NotAllowed(HttpContext context)
    {
        context.Response.Headers.Allow = "GET, HEAD";
        return Error(context, StatusCodes.Status405MethodNotAllowed, "ask with GET or HEAD");
    }

    /// <summary>Nobody keeps a copy, and no browser guesses what it is.</summary>
    public static void Secure(HttpResponse response)
    {
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "no-store";
    }
}
