using System.Buffers;
using Microsoft.AspNetCore.Http;
using Vitrine.Doors.Looks;
using Vitrine.Guard;
using Vitrine.Instruments;

namespace Vitrine.Doors.Http;

/// <summary>
/// The metrics, which are asked for every few seconds for as long as a service lives: through the guard as every look, and without the desk's thread and copies. The page is written aside, because the record of it comes before its
/// first byte; what it is written into is kept for the next time.
/// </summary>
/// <param name="desk">Has the guard and the services.</param>
/// <param name="options">Where.</param>
/// <param name="atTheDesk">Answers in the way of all looks: for a page that goes through redaction.</param>
sealed class MetricsEndpoint(LookDesk desk, HttpDoorOptions options, RequestDelegate atTheDesk)
{
    ArrayBufferWriter<byte>? _spare;

    public async Task Get(HttpContext context)
    {
        var service = desk.Find(options.ServiceOf(context));
        IShownPage? page = null;
        if (service?.TryGetPage(PageName.Metrics, out page) == true && page!.IsRedacted)
        {
            await atTheDesk(context);
            return;
        }
        var admission = await desk.Guard.Admit(new() { Door = options.Name, Service = service?.Name ?? LookRequest.NoService, Subject = LookSubject.Metrics, Credentials = HttpCredentials.Of(context) }, context.RequestAborted);
        if (!admission.IsAllowed)
        {
            await HttpAnswers.Send(context, LookDesk.Refused(admission.Refusal), options.SendTime);
            return;
        }
        using var permit = admission.Permit;
        if (desk.ClosedBecause() is { } closed)
        {
            await Fail(context, permit, new() { Status = LookStatus.Forbidden, Message = closed });
            return;
        }
        if (page is null)
        {
            await Fail(context, permit, new() { Status = LookStatus.NotFound, Message = service is null ? "Unknown service" : "There are no metrics here." });
            return;
        }
        var buffer = Interlocked.Exchange(ref _spare, null) ?? new();
        try
        {
            await Answer(context, permit, page, buffer);
        }
        catch (InstrumentUnavailableException e)
        {
            await Fail(context, permit, new() { Status = LookStatus.Unavailable, Message = ResultRedaction.Text(permit.Redactor, e.Message), IsServiceGone = true });
        }
        catch (ServiceFailedException e)
        {
            await Fail(context, permit, new() { Status = LookStatus.Unavailable, Message = ResultRedaction.Text(permit.Redactor, e.Message), IsServiceGone = true, IsTooLate = e.IsTooLate });
        }
        finally
        {
            buffer.ResetWrittenCount();
            _spare = buffer;
        }
    }

    async Task Answer(HttpContext context, LookPermit permit, IShownPage page, ArrayBufferWriter<byte> buffer)
    {
        var (response, accept) = (context.Response, context.Request.Headers.Accept.ToString());
        var isHead = HttpMethods.IsHead(context.Request.Method);
        var isRead = isHead || HttpMethods.IsGet(context.Request.Method);
        var source = isRead && !isHead ? page.Write(buffer, accept, permit.End) : "";
        if (permit.Complete(LookOutcomeKind.Answered, buffer.WrittenCount) is { } refusal)
        {
            await HttpAnswers.Send(context, LookDesk.Refused(refusal), options.SendTime);
            return;
        }
        if (!isRead)
        {
            await HttpAnswers.NotAllowed(context);
            return;
        }
        HttpAnswers.Secure(response);
        response.ContentType = page.MediaType(accept);
        if (source.Length > 0) response.Headers[HttpAnswers.SourceHeader] = source;
        if (isHead) return;
        response.ContentLength = buffer.WrittenCount;
        response.BodyWriter.Write(buffer.WrittenSpan);
        await response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    Task Fail(HttpContext context, LookPermit permit, LookAnswer answer) =>
        HttpAnswers.Send(context, permit.Complete(LookOutcomeKind.Failed, 0) is { } refusal ? LookDesk.Refused(refusal) : answer, options.SendTime);
}
