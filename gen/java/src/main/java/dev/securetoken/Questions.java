package dev.securetoken;

import dev.securetoken.v1.BatchValidateTokensRequest;
import io.grpc.Context;
import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Tokens that the server is asked about: the first at once; those that come while a call is under way
 * wait for its end, {@link #MAX_WAIT_MILLIS} at most, and go together. Concurrent questions about one
 * token are one. Where the server refuses several tokens to this caller, each is asked about by a call
 * of its own.
 */
final class Questions {
  private static final int MAX_TOKENS = 1000;

  /** A request of BatchValidateTokens has at most 1 MiB. */
  private static final int MAX_BYTES = 1_000_000;

  /** So that a slow call holds up nobody but those who wait for it. */
  private static final long MAX_WAIT_MILLIS = 5;

  private static final Executor SOON =
      CompletableFuture.delayedExecutor(MAX_WAIT_MILLIS, TimeUnit.MILLISECONDS);

  private final WatchCore core;
  private final Calls calls;
  private final Map<TokenDigest, Question> open = new HashMap<>();
  private final Queue<Question> waiting = new ArrayDeque<>();
  private int underWay;

  /** Whether those that wait are sent soon, whatever is under way. */
  private boolean isTimed;

  /** False once the server has refused several tokens at a time. */
  private boolean mayBatch = true;

  Questions(WatchCore core, Calls calls) {
    this.core = core;
    this.calls = calls;
  }

  /** The server's answer, or what the call for this token alone would have thrown. */
  CompletableFuture<KeptAnswer> ask(TokenDigest digest, String token) {
    Question question = new Question(digest, token);
    boolean isNow;
    synchronized (this) {
      Question other = open.get(digest);
      if (other != null) {
        return other.answer;
      }
      KeptAnswer kept = core.kept(digest);
      if (kept != null) {
        return CompletableFuture.completedFuture(kept);
      }
      open.put(digest, question);
      waiting.add(question);
      isNow = underWay == 0 || !mayBatch;
      if (!isNow && !isTimed) {
        isTimed = true;
        SOON.execute(this::send);
      }
    }
    if (isNow) {
      send();
    }
    return question.answer;
  }

  /** Asks about all that wait. */
  private void send() {
    for (List<Question> next = take(); !next.isEmpty(); next = take()) {
      List<Question> questions = next;
      // Outside the request's own context: neither its deadline nor its end is that of the others.
      Context.ROOT.run(() -> call(questions));
    }
  }

  /** What goes into one call, which begins; empty where nothing waits. */
  private synchronized List<Question> take() {
    isTimed = false;
    if (!waiting.isEmpty()) {
      underWay++;
    }
    int most = mayBatch ? MAX_TOKENS : 1;
    List<Question> taken = new ArrayList<>();
    int bytes = 0;
    while (!waiting.isEmpty() && taken.size() < most) {
      // A character takes three bytes at most, and its field five more.
      bytes += 3 * Requests.anyToken(waiting.peek().token).length() + 5;
      if (!taken.isEmpty() && bytes > MAX_BYTES) {
        break;
      }
      taken.add(waiting.remove());
    }
    return taken;
  }

  private void call(List<Question> questions) {
    AtomicReference<WatchClocks.Asked> asked = new AtomicReference<>(core.now());
    answers(questions, () -> asked.set(core.now()))
        .whenComplete(
            (answers, error) -> {
              if (error != null && questions.size() > 1 && isRefusal(Futures.cause(error))) {
                askOneByOne(questions);
                return;
              }
              for (int i = 0; i < questions.size(); i++) {
                Question question = questions.get(i);
                if (error != null) {
                  settle(question, CompletableFuture.failedFuture(error));
                } else {
                  CompletableFuture<ValidToken> answer = answers.get(i);
                  settle(
                      question,
                      answer.thenApply(it -> core.keep(question.digest, it, asked.get())));
                }
              }
              land();
            });
  }

  private void land() {
    boolean isLast;
    synchronized (this) {
      isLast = --underWay == 0;
    }
    if (isLast) {
      send();
    }
  }

  private void askOneByOne(List<Question> questions) {
    synchronized (this) {
      mayBatch = false;
      waiting.addAll(questions);
      underWay--;
    }
    send();
  }

  private static boolean isRefusal(Throwable error) {
    Status.Code code = Status.fromThrowable(error).getCode();
    return code == Status.Code.PERMISSION_DENIED || code == Status.Code.UNIMPLEMENTED;
  }

  private CompletableFuture<List<CompletableFuture<ValidToken>>> answers(
      List<Question> questions, Runnable onTry) {
    try {
      if (questions.size() == 1) {
        String token = questions.get(0).token;
        return calls
            .future(
                Operation.VALIDATE, () -> Requests.validate(token, CheckOptions.defaults()), onTry)
            .thenApply(it -> List.of(CompletableFuture.completedFuture(it)));
      }
      BatchValidateTokensRequest.Builder request = BatchValidateTokensRequest.newBuilder();
      questions.forEach(question -> request.addTokens(Requests.anyToken(question.token)));
      return calls.future(Operation.EACH, request::build, onTry);
    } catch (RuntimeException error) {
      return CompletableFuture.failedFuture(error);
    }
  }

  private void settle(Question question, CompletableFuture<KeptAnswer> outcome) {
    synchronized (this) {
      open.remove(question.digest);
    }
    outcome.whenComplete(
        (answer, error) -> {
          if (error == null) {
            question.answer.complete(answer);
          } else {
            question.answer.completeExceptionally(Futures.cause(error));
          }
        });
  }

  private static final class Question {
    final TokenDigest digest;
    final String token;
    final CompletableFuture<KeptAnswer> answer = new CompletableFuture<>();

    Question(TokenDigest digest, String token) {
      this.digest = digest;
      this.token = token;
    }
  }
}
